package com.example.parcels;

import dev.millrace.streams.Blame;
import dev.millrace.streams.DeadLetterBadImages;
import dev.millrace.streams.Inference;
import dev.millrace.streams.InferenceConfig;
import dev.millrace.streams.PromptClients;
import dev.millrace.streams.sending.RefusedSends;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;

/** Sorts parcels until it is closed. */
public final class ParcelApp implements AutoCloseable {

  private final Inference<String, Parcel, SortedParcel> inference;
  private final KafkaStreams streams;

  /**
   * Loads the model and starts the topology.
   *
   * @param bootstrapServers the brokers, as {@code HOST:PORT}
   * @param models the folder of the model repository
   */
  public ParcelApp(String bootstrapServers, Path models) {
    inference = ParcelTopology.inference(InferenceConfig.of(models, "colours"));
    inference.start();
    PromptClients clients = new PromptClients();
    streams = new KafkaStreams(ParcelTopology.of(inference), properties(bootstrapServers), clients);
    streams.setUncaughtExceptionHandler(
        clients.leavingGroup(
            failure ->
                Blame.of(failure) == Blame.DEVICE
                    ? StreamThreadExceptionResponse.SHUTDOWN_CLIENT
                    : StreamThreadExceptionResponse.REPLACE_THREAD));
    streams.start();
  }

  static Properties properties(String bootstrapServers) {
    Properties properties = new Properties();
    properties.put("application.id", "parcels");
    properties.put("bootstrap.servers", bootstrapServers);
    properties.put("auto.offset.reset", "earliest");
    properties.put("processing.guarantee", "exactly_once_v2");
    properties.put("processing.exception.handler", DeadLetterBadImages.class);
    properties.put("production.exception.handler", RefusedSends.class);
    properties.put("errors.dead.letter.queue.topic.name", "parcels.dead-letters");
    return properties;
  }

  @Override
  public void close() {
    streams.close(Duration.ofSeconds(20));
    inference.close();
  }

  /**
   * Starts the application.
   *
   * @param args the brokers, localhost:9092 by default
   * @throws InterruptedException if the main thread is interrupted
   */
  public static void main(String[] args) throws InterruptedException {
    String brokers = args.length > 0 ? args[0] : "localhost:9092";
    ParcelApp app = new ParcelApp(brokers, Path.of("models"));
    Runtime.getRuntime().addShutdownHook(new Thread(app::close));
    new CountDownLatch(1).await();
  }
}
