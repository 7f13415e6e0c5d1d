locals {
  a = templatefile("${path.module}/x.tpl", { port = 8080, hosts = ["a", "b"] })
}
