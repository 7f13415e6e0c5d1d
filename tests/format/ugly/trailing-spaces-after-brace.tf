locals {   
  a = 1
}   
