locals {
  a   = 1 # größer als null – immer
  bbb = 2 # 日本
}
