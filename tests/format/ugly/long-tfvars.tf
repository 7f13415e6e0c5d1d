# production
region="eu-west-1"
services={
web={
image="nginx:1.27"# pinned
cpu=512
ports=[80,443]
}
worker={image="worker:3",cpu=1024,ports=[]}
}
zones=[
"eu-west-1a",
"eu-west-1b",# no c: capacity
]
motd=<<EOT
Welcome.
EOT
