variable "a" {
  type = any
}

variable "n" {
  type = number
}

locals {
  o = { a = 1, b = "x" }
  t = ["x", 1, true]
}

output "o" {
  value = [
    "1" + 1,
    -"1",
    !"true",
    "true" && true,
    "1" < "2",
    1 == "1",
    [1] == [2],
    null == var.a,
    true ? 1 : "a",
    true ? null : [1],
    var.n > 1 ? { a = 1 } : { b = 2 },
    [for v in { a = 1 } : v],
    [for i, v in ["a"] : "${i}${v}" if i > 0],
    { for k, v in local.o : k => v... },
    [for v in null == null ? [] : [1] : v],
    local.t[1],
    local.t["1"],
    local.o["a"],
    local.o.b,
    var.a.b.c[0],
    { (local.o.b) = 1, "${local.o.b}x" = 2, c : 3 },
    "a ${1} ${true} ${"b"}",
    "%{ for v in local.t }${v}%{ endfor }%{ if var.n > 1 ~}x%{ else }y%{ endif }",
    local.t[*],
    var.a[*].b,
    var.a.*.b,
    local.o[*],
    [for o in [{ a = 1 }, { a = 2 }] : o.a],
    (var.n),
    var.n % 2 == 0,
    "$${x} %%{y}",
    path.root,
    path.cwd,
    terraform.workspace,
    local.o.a + 1,
    "${"a"}",
    toset(["a"]) == toset([]),
    [for v in toset(["a"]) : v],
    one([for v in local.t : v if v == "x"]),
    contains(local.t, 1),
    true ? [1] : ["a", "b"],
    true ? {} : { a = 1 },
    var.a ? 1 : 2,
    [for v in var.a : v.x],
    { for v in [["a", 1]] : v[0] => v[1] },
  ]
}
