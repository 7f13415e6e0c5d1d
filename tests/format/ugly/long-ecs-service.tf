resource "aws_ecs_service" "this"{
for_each=var.services
name=each.key
cluster=aws_ecs_cluster.this.id
task_definition=aws_ecs_task_definition.this[each.key].arn
desired_count=each.value.count
  network_configuration{
  subnets=module.vpc.private_subnets
  security_groups=[aws_security_group.web.id,]
  }
dynamic load_balancer{
for_each=each.value.public?[1]:[]
content{
target_group_arn=aws_lb_target_group.this[each.key].arn
container_name=each.key
container_port=each.value.port
}
}
lifecycle{
ignore_changes=[desired_count]
}
}
