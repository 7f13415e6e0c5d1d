module "m" {
  source = "./m"
  v      = [null, "a", ["b"]]
}
