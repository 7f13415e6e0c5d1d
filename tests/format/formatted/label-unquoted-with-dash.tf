module "my-network" {
  source = "./network"
}
