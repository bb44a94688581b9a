package dev.millrace.service.command.send;

import dev.millrace.core.files.WholeFile;
import dev.millrace.service.command.images.ImageFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;

/**
 * Sends files, and counts the files that the broker has acknowledged. A file that cannot be read or
 * is too large is reported and skipped. Any other failure would also affect the next file, so
 * {@link #failure()} returns this failure.
 *
 * <p>One thread sends the files, and the producer's thread counts them. The caller closes the
 * producer.
 */
final class ImageSender {

  private final Producer<String, byte[]> producer;
  private final String topic;
  private final Optional<String> labelsTopic;
  private final int limit;
  private final Consumer<String> complaints;
  private final Runnable progress;

  private final LongAdder sent = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final AtomicReference<Exception> failure = new AtomicReference<>();

  /**
   * @param producer the producer, which the caller closes
   * @param topic the topic for the images
   * @param labelsTopic the topic for the labels; empty to send no labels
   * @param limit size of the largest record, in bytes
   * @param complaints receives a line about each skipped file; called on any thread
   * @param progress runs once for each file that the broker has acknowledged or that is skipped;
   *     called on any thread
   */
  ImageSender(
      Producer<String, byte[]> producer,
      String topic,
      Optional<String> labelsTopic,
      int limit,
      Consumer<String> complaints,
      Runnable progress) {
    this.producer = producer;
    this.topic = topic;
    this.labelsTopic = labelsTopic;
    this.limit = limit;
    this.complaints = complaints;
    this.progress = progress;
  }

  /**
   * Passes one file to the producer. Also passes the file's label if there is a topic for labels.
   */
  @SuppressWarnings("FutureReturnValueIgnored") // the callback handles the result
  void send(ImageFile file) {
    Delivery delivery = new Delivery(file);
    Optional<byte[]> image = read(file, delivery);
    Optional<byte[]> label = labelsTopic.isEmpty() ? Optional.empty() : label(file, delivery);
    if (delivery.isRefused()) {
      return;
    }
    delivery.expect(label.isPresent() ? 2 : 1);
    // The record has no header for the content type, because the decoder recognises the format of
    // an image file.
    hand(new ProducerRecord<>(topic, file.id(), image.orElseThrow()), delivery);
    if (label.isPresent() && !delivery.isRefused()) {
      hand(new ProducerRecord<>(labelsTopic.orElseThrow(), file.id(), label.get()), delivery);
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the callback handles the result
  private void hand(ProducerRecord<String, byte[]> record, Delivery delivery) {
    producer.send(record, delivery);
  }

  private Optional<byte[]> read(ImageFile file, Delivery delivery) {
    try {
      long size = Files.size(file.path());
      if (size > limit) {
        delivery.refuse(tooLarge(file, size));
        return Optional.empty();
      }
      return Optional.of(WholeFile.read(file.path()));
    } catch (IOException e) {
      delivery.refuse("cannot read " + file.path() + " (" + e + ")");
      return Optional.empty();
    }
  }

  private static Optional<byte[]> label(ImageFile file, Delivery delivery) {
    Optional<String> label = file.label();
    if (label.isEmpty()) {
      delivery.refuse(file.path() + " is in no folder whose name could be its label");
    }
    return label.map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  private String tooLarge(ImageFile file, long size) {
    return String.format(
        Locale.ROOT,
        "%s has %,d bytes, too many for a record of topic %s, which takes %,d (max.message.bytes):"
            + " raise this limit, or send a smaller file",
        file.path(),
        size,
        topic,
        limit);
  }

  /** Waits until the broker has acknowledged or refused all records sent so far. */
  void flush() {
    producer.flush();
  }

  /**
   * {@return the first failure that would also affect further files, or empty if there is no such
   * failure}
   */
  Optional<Exception> failure() {
    return Optional.ofNullable(failure.get());
  }

  /**
   * {@return the counts so far; they are complete after {@link #flush()}}
   *
   * @param seconds time since the first file, in seconds
   */
  SendReport report(double seconds) {
    return new SendReport(topic, sent.sum(), failed.sum(), bytes.sum(), seconds);
  }

  /** The delivery of one file: one record, or two records if the file's label is also sent. */
  private final class Delivery implements Callback {

    private final ImageFile file;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicBoolean lost = new AtomicBoolean();
    private long size;

    Delivery(ImageFile file) {
      this.file = file;
    }

    boolean isRefused() {
      return lost.get();
    }

    void expect(int records) {
      open.set(records);
    }

    /**
     * Counts the file as failed, and reports the reason. If this method is called again for the
     * file, it does nothing.
     */
    void refuse(String why) {
      if (lost.compareAndSet(false, true)) {
        failed.increment();
        complaints.accept(why);
        progress.run();
      }
    }

    @Override
    public void onCompletion(RecordMetadata metadata, Exception e) {
      if (e != null) {
        fail(e);
      } else if (metadata.topic().equals(topic)) {
        size = Math.max(0, metadata.serializedValueSize());
      }
      if (open.decrementAndGet() == 0 && !lost.get()) {
        sent.increment();
        bytes.add(size);
        progress.run();
      }
    }

    private void fail(Exception e) {
      if (e instanceof RecordTooLargeException) {
        refuse(tooLarge(file, fileSize()));
      } else if (lost.compareAndSet(false, true)) {
        failed.increment();
        failure.compareAndSet(null, e);
      }
    }

    private long fileSize() {
      return file.path().toFile().length();
    }
  }
}
