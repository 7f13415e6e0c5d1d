output vpc_id {value="${module.vpc.vpc_id}"}
output "subnets" {
value={
for k,s in aws_subnet.this:
k=>{
id=s.id
cidr_block=s.cidr_block
}
if s.tags["public"]=="true"
}
sensitive=false
description="Public subnets by key"# for the app team
depends_on=[aws_route.internet]
}
