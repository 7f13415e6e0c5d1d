module "queue" {
  source = "./queue"

  names = "jobs"
  size  = "many"
}
