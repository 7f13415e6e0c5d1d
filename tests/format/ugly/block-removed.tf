removed {
from=aws_instance.old
lifecycle {
destroy=false
}
}
