/*one line*/
locals {
  /*inside*/
}
