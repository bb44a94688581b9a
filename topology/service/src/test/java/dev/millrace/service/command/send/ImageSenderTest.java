package dev.millrace.service.command.send;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.service.command.images.ImageFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageSenderTest {

  @TempDir private Path folder;

  private final MockProducer<String, byte[]> producer =
      new MockProducer<>(false, null, new StringSerializer(), new ByteArraySerializer());
  private final List<String> complaints = new ArrayList<>();
  private int steps;

  @Test
  void image_isSentWithItsIdAndWithoutHeaders() throws IOException {
    ImageSender sender = sender(Optional.empty());

    sender.send(file("cats/1.jpg", 5));
    producer.completeNext();

    ProducerRecord<String, byte[]> record = producer.history().get(0);
    assertThat(record.topic()).isEqualTo("images");
    assertThat(record.key()).isEqualTo("cats/1.jpg");
    assertThat(record.value()).hasSize(5);
    assertThat(record.headers()).isEmpty();
    assertThat(sender.report(1).sent()).isEqualTo(1);
    assertThat(steps).isEqualTo(1);
  }

  @Test
  void label_isSentUnderTheSameKeyAndCountsWithItsImage() throws IOException {
    ImageSender sender = sender(Optional.of("labels"));

    sender.send(file("cats/1.jpg", 5));
    producer.completeNext();
    long beforeTheLabel = sender.report(1).sent();
    producer.completeNext();

    ProducerRecord<String, byte[]> label = producer.history().get(1);
    assertThat(label.topic()).isEqualTo("labels");
    assertThat(label.key()).isEqualTo("cats/1.jpg");
    assertThat(label.value()).asString(StandardCharsets.UTF_8).isEqualTo("cats");
    assertThat(beforeTheLabel).isZero();
    assertThat(sender.report(1).sent()).isEqualTo(1);
  }

  @Test
  void fileOverTheLimit_isToldAndTheOthersAreSent() throws IOException {
    ImageSender sender = sender(Optional.empty());

    sender.send(file("big.jpg", 101));
    sender.send(file("small.jpg", 100));
    producer.completeNext();

    assertThat(complaints).hasSize(1);
    assertThat(complaints.get(0)).contains("big.jpg has 101 bytes", "takes 100", "images");
    assertThat(sender.report(1)).isEqualTo(new SendReport("images", 1, 1, 0, 1));
    assertThat(sender.failure()).isEmpty();
  }

  @Test
  void recordTheBrokerFindsTooLarge_isToldLikeAFileOverTheLimit() throws IOException {
    ImageSender sender = sender(Optional.empty());

    sender.send(file("big.jpg", 99));
    producer.errorNext(new RecordTooLargeException());

    assertThat(complaints).hasSize(1);
    assertThat(complaints.get(0)).contains("big.jpg");
    assertThat(sender.failure()).isEmpty();
  }

  @Test
  void unreadableFile_isToldAndPassedOver() {
    ImageSender sender = sender(Optional.empty());

    sender.send(new ImageFile(folder, folder.resolve("gone.jpg")));

    assertThat(complaints).hasSize(1);
    assertThat(complaints.get(0)).contains("cannot read", "gone.jpg");
    assertThat(sender.report(1).failed()).isEqualTo(1);
    assertThat(producer.history()).isEmpty();
  }

  @Test
  void brokerThatDoesNotAnswer_isAFailureThatMeetsTheNextFileToo() throws IOException {
    ImageSender sender = sender(Optional.empty());
    TimeoutException timeout = new TimeoutException("too late");

    sender.send(file("1.jpg", 5));
    producer.errorNext(timeout);

    assertThat(sender.failure()).contains(timeout);
    assertThat(sender.report(1).failed()).isEqualTo(1);
    assertThat(sender.report(1).sent()).isZero();
  }

  private ImageSender sender(Optional<String> labels) {
    return new ImageSender(producer, "images", labels, 100, complaints::add, () -> steps++);
  }

  private ImageFile file(String name, int size) throws IOException {
    Path path = folder.resolve(name);
    Files.createDirectories(path.getParent());
    Files.write(path, new byte[size]);
    return new ImageFile(folder, path);
  }
}
