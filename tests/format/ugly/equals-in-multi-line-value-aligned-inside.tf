module "net" {
  source = "./net"
  subnets = {
    a = { cidr = "10.0.0.0/24", zone = "a" }
    public = { cidr = "10.0.1.0/24", zone = "b" }
  }
  name = "net"
}
