// Not for production. Azurite's table service, with a journal: by itself it writes its tables to disk every five
// seconds, so that a kill takes the last seconds of acknowledged writes with it. Here every change is in a journal file
// before its answer leaves; a start applies what the last save had not seen yet. The changes of one request, also those
// of a whole transaction, go to the file in one write. (Files survive a killed process, not a power cut: nothing is
// forced to the platter.) Where --blobPort is given, the blob service follows a little later, as it is, without a
// journal: only Core Tools want it.
'use strict';

const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const Loki = require('lokijs');
const { default: TableStore } = require('azurite/dist/src/table/persistence/LokiTableMetadataStore.js');

const { Collection } = Loki;

/** The identity of a document within its collection: an entity's keys, a table's name, an account's name. */
const KEYS = ['PartitionKey', 'RowKey', 'account', 'table', 'accountName'];

/** How long the blob service waits after the tables, which others wait for. */
const BLOBS_AFTER = 2_000;

const changes = [];
const journaled = new WeakSet(); // the collections of the tables; the blobs have their own
let journal; // { file, number, prefix, db } of the store in use, once it is loaded

function record(change) {
  if (journal) {
    changes.push(change);
  }
}

function flush() {
  if (changes.length > 0) {
    fs.writeSync(journal.file, `${JSON.stringify(changes.splice(0))}\n`);
  }
}

function keyOf(document) {
  return Object.fromEntries(KEYS.filter((key) => key in document).map((key) => [key, document[key]]));
}

function contentOf({ $loki, meta, ...content }) {
  return content;
}

/** Calls `after` with the result and the arguments of every call of a method that did not throw. */
function follow(prototype, name, after) {
  const original = prototype[name];
  prototype[name] = function (...args) {
    const result = original.apply(this, args);
    after.call(this, result, ...args);
    return result;
  };
}

function put(_, document) {
  if (journaled.has(this)) {
    record({ in: this.name, key: keyOf(document), put: contentOf(document) });
  }
}

follow(Collection.prototype, 'insertOne', put);
follow(Collection.prototype, 'update', put);
const remove = Collection.prototype.remove;
Collection.prototype.remove = function (document) {
  if (!journaled.has(this)) {
    return remove.call(this, document);
  }
  const change = { in: this.name, key: keyOf(document) };
  const result = remove.call(this, document);
  record(change);
  return result;
};
follow(Loki.prototype, 'addCollection', function (collection, name, options) {
  if (this === journal?.db) {
    journaled.add(collection);
    record({ create: name, options });
  }
});
follow(Loki.prototype, 'removeCollection', function (_, name) {
  if (this === journal?.db) {
    record({ drop: name });
  }
});

// Nothing is acknowledged before it is in the file.
const writeHead = http.ServerResponse.prototype.writeHead;
http.ServerResponse.prototype.writeHead = function (...args) {
  flush();
  return writeHead.apply(this, args);
};

// A save takes in all changes so far, so its end makes the journals before it superfluous.
const save = Loki.prototype.saveDatabaseInternal;
Loki.prototype.saveDatabaseInternal = function (callback) {
  if (this !== journal?.db) {
    return save.call(this, callback);
  }
  flush();
  const last = journal.number;
  fs.closeSync(journal.file);
  open(this, journal.prefix, last + 1);
  return save.call(this, (error) => {
    if (!error) {
      for (const { number, file } of journals(journal.prefix)) {
        if (number <= last) {
          fs.rmSync(file, { force: true });
        }
      }
    }
    callback?.(error);
  });
};

const loadDB = TableStore.prototype.loadDB;
TableStore.prototype.loadDB = async function () {
  await loadDB.call(this);
  const prefix = `${this.lokiDBPath}.journal.`;
  const kept = journals(prefix);
  for (const { file } of kept) {
    replay(this.db, file);
  }
  this.db.collections.forEach((collection) => journaled.add(collection));
  open(this.db, prefix, (kept.at(-1)?.number ?? 0) + 1);
};

function open(db, prefix, number) {
  journal = { db, prefix, number, file: fs.openSync(prefix + number, 'a') };
}

function journals(prefix) {
  const directory = path.dirname(prefix);
  const start = path.basename(prefix);
  return fs
    .readdirSync(directory)
    .filter((name) => name.startsWith(start))
    .map((name) => ({ file: path.join(directory, name), number: Number(name.slice(start.length)) }))
    .sort((a, b) => a.number - b.number);
}

function replay(db, file) {
  for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
    let group;
    try {
      group = JSON.parse(line);
    } catch {
      // A line that the kill cut short was never acknowledged.
      continue;
    }
    for (const change of group) {
      apply(db, change);
    }
  }
}

function apply(db, change) {
  if (change.create) {
    db.getCollection(change.create) ?? db.addCollection(change.create, change.options);
    return;
  }
  if (change.drop) {
    db.removeCollection(change.drop);
    return;
  }

  const collection = db.getCollection(change.in);
  const present = collection?.findOne(change.key);
  if (present) {
    collection.remove(present);
  }
  if (change.put) {
    collection?.insert(change.put);
  }
}

// Before the services, so that each of them takes the options of both.
require('azurite/dist/src/common/Environment.js');
require('azurite/dist/src/table/main.js');
if (process.argv.includes('--blobPort')) {
  setTimeout(() => require('azurite/dist/src/blob/main.js'), BLOBS_AFTER);
}
