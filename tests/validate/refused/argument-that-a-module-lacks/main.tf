module "queue" {
  source = "./queue"

  nmae = "jobs"
}
