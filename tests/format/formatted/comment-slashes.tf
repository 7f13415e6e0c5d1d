//kept as slashes
locals {
  //here too
  a = 1 //and here
}
