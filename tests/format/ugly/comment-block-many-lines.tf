/*
   Indented by three,
     then five.
*/
locals{
  a = 1
}
