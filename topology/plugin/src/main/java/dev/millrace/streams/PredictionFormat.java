package dev.millrace.streams;

import dev.millrace.core.repository.ModelVersion;
import dev.millrace.events.Prediction;
import dev.millrace.events.Probabilities;
import dev.millrace.streams.engine.Classification;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;

/**
 * Turns answers into predictions. Immutable.
 *
 * @param top number of most probable classes to list
 * @param full whether a prediction holds the full distribution
 */
public record PredictionFormat(int top, boolean full) {

  /** The character that decoding puts in place of bytes that are not UTF-8. */
  private static final char REPLACEMENT = '\uFFFD';

  /**
   * Creates the prediction of one record.
   *
   * @param key the record's key, or null; becomes the prediction's id
   * @param source the record's topic, partition and offset
   * @param answer the engine's answer
   * @return the prediction
   */
  public Prediction prediction(Object key, Prediction.Source source, Classification answer) {
    ModelVersion model = answer.model();
    Probabilities probabilities = Probabilities.of(answer.probabilities());
    List<Prediction.Top> best = new ArrayList<>(top);
    for (int index : probabilities.top(top)) {
      best.add(
          new Prediction.Top(
              index, model.manifest().labels().get(index), probabilities.get(index)));
    }
    return new Prediction(
        id(key, source),
        new Prediction.Model(model.name(), model.version(), model.sha256()),
        best.get(0).label(),
        best.get(0).probability(),
        best,
        model.manifest().independent() ? right(probabilities, model.manifest().labels()) : null,
        full ? probabilities : null,
        source);
  }

  /**
   * {@return the names of the classes whose probability is at least {@link Prediction#THRESHOLD},
   * most probable first; for a model of independent classes}
   */
  private static List<String> right(Probabilities probabilities, List<String> labels) {
    int count = 0;
    for (int i = 0; i < probabilities.size(); i++) {
      if (probabilities.get(i) >= Prediction.THRESHOLD) {
        count++;
      }
    }
    return Arrays.stream(probabilities.top(count)).mapToObj(labels::get).toList();
  }

  /**
   * Returns the key as text. A null key becomes {@code topic-partition-offset}. Bytes that are not
   * UTF-8 become {@code 0x} and their hexadecimal digits.
   */
  static String id(Object key, Prediction.Source source) {
    if (key == null) {
      return source.topic() + "-" + source.partition() + "-" + source.offset();
    }
    if (key instanceof byte[] bytes) {
      return text(bytes);
    }
    return key instanceof Bytes bytes ? text(bytes.get()) : key.toString();
  }

  private static String text(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    return text.indexOf(REPLACEMENT) < 0 ? text : textOrHex(bytes);
  }

  /**
   * Decodes bytes whose text contains the replacement character. Either the bytes encode this
   * character, or they are not UTF-8.
   */
  private static String textOrHex(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return "0x" + HexFormat.of().formatHex(bytes);
    }
  }
}
