import sys, time, torch, torch.nn as nn, torch.nn.functional as F
torch.set_num_threads(int(sys.argv[2])); n=int(sys.argv[1]); steps=int(sys.argv[3])
class Block(nn.Module):
    def __init__(s,i,o,st):
        super().__init__(); s.c1=nn.Conv2d(i,o,3,st,1,bias=False); s.b1=nn.BatchNorm2d(o); s.c2=nn.Conv2d(o,o,3,1,1,bias=False); s.b2=nn.BatchNorm2d(o); s.st=st; s.p=(o-i)//2
    def forward(s,x):
        y=F.relu(s.b1(s.c1(x)),inplace=True); y=s.b2(s.c2(y))
        if s.st!=1 or s.p: x=F.pad(x[:,:,::s.st,::s.st],(0,0,0,0,s.p,s.p))
        return F.relu(y+x,inplace=True)
net=nn.Sequential(nn.Conv2d(3,16,3,1,1,bias=False),nn.BatchNorm2d(16),nn.ReLU(True),*[Block(16,16,1) for _ in range(3)],Block(16,32,2),Block(32,32,1),Block(32,32,1),Block(32,64,2),Block(64,64,1),Block(64,64,1),nn.AdaptiveAvgPool2d(1),nn.Flatten(),nn.Linear(64,10))
opt=torch.optim.SGD(net.parameters(),0.05,0.9,weight_decay=1e-4)
x=torch.randint(0,256,(n,32,32,3),dtype=torch.uint8); y=torch.randint(0,10,(n,))
for i in range(steps):
    t=time.time()
    xx=(x.permute(0,3,1,2).float()/255-0.45)/0.22
    if len(sys.argv)>4: xx=xx.contiguous()
    opt.zero_grad(); l=F.cross_entropy(net(xx),y); l.backward(); opt.step(); l.item()
    print(i, '%.4f %.0f images/s'%(l.item(), n/(time.time()-t)))
