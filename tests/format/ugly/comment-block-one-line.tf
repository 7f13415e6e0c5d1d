/*one line*/
locals{
  /*inside*/
}
