locals {
  a = "costs 5$ or 10% or $x"
}
