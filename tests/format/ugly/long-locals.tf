locals{
name="${var.project}-${var.env}"
is_prod=var.env=="prod"
# sizes by environment
sizes={
dev={cpu=1,memory=2}
prod={cpu=4,memory=16}
}
size=lookup(local.sizes,var.env,local.sizes["dev"])
zones=slice(data.aws_availability_zones.all.names,0,min(3,length(data.aws_availability_zones.all.names)))
flat=flatten([
for n,s in var.services:[
for p in s.ports:{
name=n
port=p
}
]
])
by_key={for f in local.flat:"${f.name}-${f.port}"=>f}
}
