package dev.millrace.service.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.image.ImageLimits;
import dev.millrace.events.ImageEvent;
import dev.millrace.events.Prediction;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ThumbnailsTest {

  private static final Prediction.Source SOURCE = new Prediction.Source("images", 0, 7);

  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
  private RuntimeException failure;
  private ImageEvent event = new ImageEvent.Unreadable("empty");

  private final Deserializer<ImageEvent> images =
      (topic, value) -> {
        if (failure != null) {
          throw failure;
        }
        return event;
      };

  private final Thumbnails thumbnails = new Thumbnails(() -> consumer, images, ImageLimits.DEFAULT);

  private String missing() {
    TopicPartition partition = new TopicPartition("images", 0);
    consumer.updateBeginningOffsets(Map.of(partition, 0L));
    consumer.schedulePollTask(
        () -> consumer.addRecord(new ConsumerRecord<>("images", 0, 7, null, new byte[1])));
    return thumbnails.make(SOURCE).missing();
  }

  @Test
  void unreachableRegistry_isSaidInPlaceOfTheImage_untilItAnswers() {
    failure = new SerializationException("no schema registry answers");
    assertThat(missing()).isEqualTo("not available now");
    failure = null;
    assertThat(missing()).isEqualTo("not readable");
    failure = new SerializationException("the first answer is kept");
    assertThat(thumbnails.make(SOURCE).missing()).isEqualTo("not readable");
  }

  @Test
  void unreachableBroker_isSaidInPlaceOfTheImage() {
    consumer.setPollException(new KafkaException("no broker answers"));
    assertThat(missing()).isEqualTo("not available now");
  }

  /** A consumer does not fail while no broker answers. Its polls return nothing. */
  @Test
  void silentBroker_isSaidInPlaceOfTheImage_untilItAnswers() {
    consumer.updateBeginningOffsets(Map.of(new TopicPartition("images", 0), 0L));
    assertThat(thumbnails.make(SOURCE).missing()).isEqualTo("not available now");
    assertThat(missing()).isEqualTo("not readable");
  }

  @Test
  void deletedRecord_isSaidInPlaceOfTheImage() {
    consumer.updateBeginningOffsets(Map.of(new TopicPartition("images", 0), 8L));
    assertThat(thumbnails.make(SOURCE).missing()).isEqualTo("deleted from its topic");
  }

  @Test
  void imageStoredElsewhere_isSaidInPlaceOfTheImage() {
    event = new ImageEvent.Referenced(null);
    assertThat(missing()).isEqualTo("stored elsewhere");
  }
}
