locals {
  a            = 1
  tags_for_all = { x = 1 }
  bb           = [1, 2]
  ccc          = max(1, 2)
}
