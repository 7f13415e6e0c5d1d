backend "" {
}
