// Not for production. One process at a time may hold a directory; the next one waits until the holder has ended,
// however it ended.
'use strict';

const crypto = require('node:crypto');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');

/** Resolves once this process holds the directory; it lets go by ending. */
exports.hold = async (directory) => {
  const id = crypto.createHash('sha256').update(path.resolve(directory)).digest('hex').slice(0, 20);
  const address = process.platform === 'win32'
    ? `\\\\.\\pipe\\integration-hub-${id}`
    : path.join(os.tmpdir(), `integration-hub-${id}.sock`);
  while (!(await listens(address))) {
    await holderEnds(address);
  }
};

function listens(address) {
  return new Promise((resolve, reject) => {
    const server = net.createServer((waiting) => waiting.on('error', () => waiting.destroy()).unref());
    server.once('error', (error) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error)));
    server.listen(address, () => resolve(true)).unref();
  });
}

function holderEnds(address) {
  return new Promise((resolve) => {
    const socket = net.connect(address);
    socket.on('error', (error) => {
      // A holder that was killed leaves its socket file behind.
      if (error.code === 'ECONNREFUSED') {
        fs.rmSync(address, { force: true });
      }
    });
    socket.once('close', resolve);
    socket.resume();
  });
}
