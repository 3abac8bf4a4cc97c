// Not for production. Azurite's tables and blobs, with a journal: by itself Azurite writes its databases to disk every
// five seconds, so that a kill takes the last seconds of acknowledged writes with it. Here every change of a database is
// in its journal file before its answer leaves; a start applies what the last save had not seen yet. The changes of one
// request, also those of a whole transaction, go to the file in one write. (Files survive a killed process, not a power
// cut: nothing is forced to the platter.) The content of blobs is in files of its own, which Azurite writes at once.
'use strict';

const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const Loki = require('lokijs');
const { default: TableStore } = require('azurite/dist/src/table/persistence/LokiTableMetadataStore.js');
const { default: BlobStore } = require('azurite/dist/src/blob/persistence/LokiBlobMetadataStore.js');
const { default: ExtentStore } = require('azurite/dist/src/common/persistence/LokiExtentMetadataStore.js');

const { Collection } = Loki;

/** The identity of a document within its collection: keys of an entity, a table, a blob, a block, an extent. */
const KEYS = [
  'PartitionKey', 'RowKey', 'account', 'table', 'accountName', 'containerName', 'blobName', 'name', 'snapshot', 'isCommitted', 'id',
];

const journals = new Map(); // { file, number, prefix, changes } of each loaded database
const owners = new WeakMap(); // the journal of each collection

function flush() {
  for (const { file, changes } of journals.values()) {
    if (changes.length > 0) {
      fs.writeSync(file, `${JSON.stringify(changes.splice(0))}\n`);
    }
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
  owners.get(this)?.changes.push({ in: this.name, key: keyOf(document), put: contentOf(document) });
}

follow(Collection.prototype, 'insertOne', put);
follow(Collection.prototype, 'update', put);
for (const [name, documentsOf] of [
  ['remove', (_, document) => (Array.isArray(document) ? [] : [document])], // a list goes by positions
  ['removeBatchByPositions', (collection, positions) => positions.map((position) => collection.data[position])],
]) {
  const original = Collection.prototype[name];
  Collection.prototype[name] = function (what) {
    const removed = documentsOf(this, what).map((document) => ({ in: this.name, key: keyOf(document) }));
    const result = original.call(this, what);
    owners.get(this)?.changes.push(...removed);
    return result;
  };
}
follow(Loki.prototype, 'addCollection', function (collection, name, options) {
  const journal = journals.get(this);
  if (journal) {
    owners.set(collection, journal);
    journal.changes.push({ create: name, options });
  }
});
follow(Loki.prototype, 'removeCollection', function (_, name) {
  journals.get(this)?.changes.push({ drop: name });
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
  const journal = journals.get(this);
  if (!journal) {
    return save.call(this, callback);
  }
  flush();
  const last = journal.number;
  fs.closeSync(journal.file);
  open(journal, last + 1);
  return save.call(this, (error) => {
    if (!error) {
      for (const { number, file } of filesOf(journal.prefix)) {
        if (number <= last) {
          fs.rmSync(file, { force: true });
        }
      }
    }
    callback?.(error);
  });
};

// Blobs and extents are loaded by init itself, tables by a method that it calls.
for (const [store, load] of [[TableStore, 'loadDB'], [ExtentStore, 'init'], [BlobStore, 'init']]) {
  const original = store.prototype[load];
  store.prototype[load] = async function () {
    await original.call(this);
    attach(this.db, `${this.lokiDBPath}.journal.`);
  };
}

/** Applies the journals of a database that was loaded, and begins the next one. */
function attach(db, prefix) {
  const kept = filesOf(prefix);
  for (const { file } of kept) {
    replay(db, file);
  }
  const journal = { prefix, changes: [] };
  open(journal, (kept.at(-1)?.number ?? 0) + 1);
  journals.set(db, journal);
  db.collections.forEach((collection) => owners.set(collection, journal));
}

function open(journal, number) {
  journal.number = number;
  journal.file = fs.openSync(journal.prefix + number, 'a');
}

function filesOf(prefix) {
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
  require('azurite/dist/src/blob/main.js');
}
