// Not for production. Runs a node program that may not outlive whoever started it: when standard input ends, which it
// also does when the starter is killed, the program is asked to close as by SIGINT. The signals of a terminal are left
// to the starter, which still has work to finish. On standard output stands `listening PORT` for each port that the
// program opens, so that the starter does not take another's port for its own.
//
//   node guard.cjs DIRECTORY LOG SCRIPT [ARGUMENT...]
'use strict';

const fs = require('node:fs');
const net = require('node:net');
const { hold } = require('./lock.cjs');

const PATIENCE = 10_000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

const [directory, logFile, script, ...rest] = process.argv.slice(2);

fs.mkdirSync(directory, { recursive: true });

// To a file and not to the starter's pipes: those break with the starter, and closing still has things to say.
const log = fs.openSync(logFile, 'a');
for (const stream of [process.stdout, process.stderr]) {
  stream.write = (chunk, encoding, done) => {
    fs.writeSync(log, chunk);
    const callback = typeof encoding === 'function' ? encoding : done;
    callback?.();
    return true;
  };
}

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (...args) {
  this.once('listening', () => fs.writeSync(1, `listening ${this.address().port ?? this.address()}\n`));
  return listen.apply(this, args);
};

// What the program wants to do at SIGINT it does at the end of standard input instead.
const closers = [];
for (const signal of SIGNALS) {
  process.on(signal, () => {});
}
for (const name of ['on', 'once', 'addListener']) {
  const register = process[name];
  process[name] = function (event, listener) {
    if (!SIGNALS.includes(event)) {
      return register.call(this, event, listener);
    }
    if (event === 'SIGINT') {
      closers.push(listener);
    }
    return this;
  };
}

process.stdin.on('error', close).on('end', close).resume();

hold(directory).then(() => {
  process.argv.splice(1, Infinity, script, ...rest);
  require(script);
});

function close() {
  setTimeout(() => process.exit(1), PATIENCE).unref();
  if (closers.length === 0) {
    process.exit(0);
  }
  for (const closer of closers.splice(0)) {
    closer('SIGINT');
  }
}
