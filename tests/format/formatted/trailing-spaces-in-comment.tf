locals {
  a = 1 # kept   
  # kept too	
}
