locals {
  a = <<EOT
%{for k, v in var.m~}
  ${k}=${v}
%{endfor~}
%{if var.x~}
yes
%{else~}
no
%{endif~}
EOT
}
