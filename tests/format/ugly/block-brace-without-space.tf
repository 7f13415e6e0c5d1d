locals{
a=1
}
