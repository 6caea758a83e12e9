// Loaded before a process: whoever opens a connection, or asks for an address, ends with an error that says so.
const dgram = require('node:dgram');
const dns = require('node:dns');
const net = require('node:net');

function forbid(object, name) {
  object[name] = () => {
    throw new Error(`there is no network: ${name} was called`);
  };
}

forbid(net.Socket.prototype, 'connect');
forbid(net.Server.prototype, 'listen');
forbid(dgram, 'createSocket');
forbid(globalThis, 'fetch');
for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6']) {
  forbid(dns, name);
  forbid(dns.promises, name);
}
