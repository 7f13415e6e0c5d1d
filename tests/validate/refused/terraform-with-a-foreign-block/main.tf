terraform {
  nope {}
}
