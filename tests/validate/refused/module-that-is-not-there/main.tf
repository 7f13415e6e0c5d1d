module "queue" {
  source = "./qeue"
}
