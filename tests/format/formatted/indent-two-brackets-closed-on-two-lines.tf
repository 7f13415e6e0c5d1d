locals {
  a = merge({
    b = 1
    }
  )
}
