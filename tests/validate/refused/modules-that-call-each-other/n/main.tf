module "c" {
  source = "../m"
}
