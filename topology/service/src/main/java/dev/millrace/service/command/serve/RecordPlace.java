package dev.millrace.service.command.serve;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * The position of a record, written {@code TOPIC-PARTITION@OFFSET} as in error messages and logs.
 */
record RecordPlace(TopicPartition partition, long offset) {

  private static final Pattern FORM = Pattern.compile("(.+)-(\\d{1,9})@(\\d{1,18})");

  /** Parses a position in the form {@code TOPIC-PARTITION@OFFSET}. */
  static final class Converter implements ITypeConverter<RecordPlace> {
    @Override
    public RecordPlace convert(String value) {
      Matcher form = FORM.matcher(value);
      if (!form.matches()) {
        throw new TypeConversionException(
            "'" + value + "' is not TOPIC-PARTITION@OFFSET, for example images-0@17");
      }
      return new RecordPlace(
          new TopicPartition(form.group(1), Integer.parseInt(form.group(2))),
          Long.parseLong(form.group(3)));
    }
  }

  /**
   * {@return the offset of each partition}
   *
   * @throws IllegalArgumentException if a partition has two different offsets
   */
  static Map<TopicPartition, Long> byPartition(List<RecordPlace> places) {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    for (RecordPlace place : places) {
      Long other = offsets.put(place.partition, place.offset);
      if (other != null && other != place.offset) {
        throw new IllegalArgumentException(
            "skip: %s has two offsets, %d and %d; pass one, and start again for the other"
                .formatted(place.partition, other, place.offset));
      }
    }
    return offsets;
  }
}
