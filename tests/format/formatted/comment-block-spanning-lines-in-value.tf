locals {
  a = 1 + /* half
    way */ 2
}
