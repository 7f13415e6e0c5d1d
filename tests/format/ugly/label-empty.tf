backend ""{
}
