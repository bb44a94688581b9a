package dev.millrace.service.serve;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * Extracts a record's timestamp. If a producer has sent a negative timestamp, returns the time at
 * which the record is read.
 */
public final class ReadingTime implements TimestampExtractor {

  /** Creates the extractor. Kafka Streams calls this constructor. */
  public ReadingTime() {}

  @Override
  public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
    return record.timestamp() >= 0 ? record.timestamp() : System.currentTimeMillis();
  }
}
