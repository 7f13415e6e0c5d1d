module "queue" {
  source = "./queue"

  pool = { min = 1 }
}
