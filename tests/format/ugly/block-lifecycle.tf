resource "aws_instance" "web" {
lifecycle {
create_before_destroy=true
ignore_changes=[tags,ami]
precondition {
condition=data.aws_ami.a.architecture=="x86_64"
error_message="Wrong architecture."
}
}
}
