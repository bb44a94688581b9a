package dev.millrace.service.demo;

import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Sends images to a topic at an even rate, again and again, until it is closed. */
final class ImageStream implements AutoCloseable {

  private final KafkaProducer<String, byte[]> producer;
  private final Thread thread;
  private volatile boolean closed;

  /**
   * Starts a thread that sends the images.
   *
   * @param rate images per second
   */
  ImageStream(String bootstrapServers, String topic, List<DemoImage> images, double rate) {
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrapServers),
            new StringSerializer(),
            new ByteArraySerializer());
    thread = new Thread(() -> send(topic, images, rate), "demo-images");
    thread.setDaemon(true);
    thread.start();
  }

  @SuppressWarnings("FutureReturnValueIgnored") // a lost image does not matter here
  private void send(String topic, List<DemoImage> images, double rate) {
    long start = System.nanoTime();
    for (long sent = 0; !closed; sent++) {
      DemoImage image = images.get((int) (sent % images.size()));
      producer.send(new ProducerRecord<>(topic, image.key(), image.encoded()));
      long due = start + (long) ((sent + 1) * 1e9 / rate);
      while (!closed && System.nanoTime() < due) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    producer.close();
  }
}
