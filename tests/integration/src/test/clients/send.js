// Sends the files of a folder, with kafkajs and CloudEvents' SDK:
//   node send.js HOST:PORT TOPIC FORMAT FOLDER
// FORMAT is the name of one of the functions below. A file's name is the key of its record.
const fs = require("node:fs");
const path = require("node:path");
const { CloudEvent, Kafka: binding } = require("cloudevents");
const { Kafka, logLevel } = require("kafkajs");

const [server, topic, format, folder] = process.argv.slice(2);

// The SDK gives absent attributes the value undefined, which kafkajs does not accept.
const present = (headers) => Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));

const event = (key, data, datacontenttype) =>
  new CloudEvent({
    id: `photo of ${key}`,
    source: "https://example.com/camera",
    type: "com.example.photo",
    subject: "north",
    partitionkey: key,
    datacontenttype,
    data,
  });

const formats = {
  json: (key, image) => ({
    key,
    headers: { "content-type": "application/json" },
    value: JSON.stringify({ camera: "north", image: image.toString("base64") }),
  }),
  "json-without-image": (key) => ({
    key,
    headers: { "content-type": "application/json" },
    value: JSON.stringify({ camera: "north" }),
  }),
  binary: (key, image) => binding.binary(event(key, image, "image/png")),
  structured: (key, image) => binding.structured(event(key, image, "image/png")),
  "structured-json": (key, image) =>
    binding.structured(event(key, { image: image.toString("base64") }, "application/json")),
  batch: (key, image) => ({
    key,
    headers: { "content-type": "application/cloudevents-batch+json" },
    value: `[${binding.structured(event(key, image, "image/png")).value}]`,
  }),
};

async function main() {
  const messages = fs
    .readdirSync(folder)
    .sort()
    .map((name) => formats[format](name, fs.readFileSync(path.join(folder, name))))
    .map(({ key, headers, value, timestamp }) => ({ key, headers: present(headers), value, timestamp }));
  const producer = new Kafka({ brokers: [server], logLevel: logLevel.ERROR }).producer();
  await producer.connect();
  await producer.send({ topic, messages });
  await producer.disconnect();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
