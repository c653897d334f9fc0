import numpy as np
import matplotlib.pyplot as plt

def sigmoid(z):
    return 1/(1+np.exp(-z))

def forward(X,w,b):
    z=np.dot(X,w)+b
    a=sigmoid(z)
    return z,a

def predict(X,w,b=0.0):
    return forward(X,w,b)[1]

def loss(y,y_hat):
    return 1/2*np.sum((y_hat-y)**2)

def gradients(X,y,w,b=0.0):
    z,a=forward(X,w,b)
    dz=(a-y)*a*(1-a)
    dw=np.dot(dz,X)
    db=np.sum(dz)
    return dw,db

def train(X,y,w,b=0.0,learning_rate=1.0,epochs=100,fit_bias=True):
    cost=[]
    for i in range(epochs):
        cost.append(loss(y,predict(X,w,b)))
        dw,db=gradients(X,y,w,b)
        w=w-learning_rate*dw
        if fit_bias:
            b=b-learning_rate*db
    return w,b,np.array(cost)

X=np.array([[0,0,1],[1,1,1],[1,0,1],[0,1,1]])
y=np.array([0,1,0,1])
w,b,cost=train(X,y,np.array([-0.2,0.4,-1.0]))
plt.plot(cost)
plt.xlabel("epoch")
plt.ylabel("loss")
plt.show()
