// Reads predictions from the beginning of a topic, with kafkajs and CloudEvents' SDK, and prints one JSON object for each:
//   node receive.js HOST:PORT TOPIC COUNT
const { Kafka: binding } = require("cloudevents");
const { Kafka, logLevel } = require("kafkajs");

const [server, topic, count] = process.argv.slice(2);

// kafkajs gives the bytes of a header, or an array if a record has several headers of one name.
// The SDK expects texts.
function text(value) {
  if (Array.isArray(value)) {
    throw new Error(`a header has ${value.length} values`);
  }
  return value.toString();
}

function read(partition, { key, headers, value, offset, timestamp }) {
  const texts = Object.fromEntries(Object.entries(headers).map(([name, it]) => [name, text(it)]));
  const event = binding.toEvent({ key: key?.toString(), headers: texts, value, body: value });
  event.validate();
  return {
    key: key?.toString(),
    partition,
    offset: Number(offset),
    timestamp: Number(timestamp),
    id: event.id,
    source: event.source,
    type: event.type,
    time: event.time,
    subject: event.subject,
    specversion: event.specversion,
    datacontenttype: event.datacontenttype,
    data: event.data,
  };
}

async function main() {
  const kafka = new Kafka({ brokers: [server], logLevel: logLevel.ERROR });
  const consumer = kafka.consumer({ groupId: `${topic}-of-node` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  let left = Number(count);
  await new Promise((resolve, reject) => {
    consumer.run({
      eachMessage: async ({ partition, message }) => {
        try {
          console.log(JSON.stringify(read(partition, message)));
        } catch (error) {
          reject(error);
        }
        left -= 1;
        if (left === 0) {
          resolve();
        }
      },
    });
  });
  await consumer.disconnect();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
