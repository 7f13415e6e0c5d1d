locals {
  a=/*value*/1
}
