package com.example.parcels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.millrace.streams.Inference;
import dev.millrace.streams.InferenceConfig;
import java.awt.Color;
import java.nio.file.Path;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs the topology with the real model, without a broker. */
class ParcelTopologyTest {

  private Inference<String, Parcel, SortedParcel> inference;
  private TopologyTestDriver driver;
  private TestInputTopic<String, Parcel> parcels;
  private TestOutputTopic<String, SortedParcel> sorted;
  private TestOutputTopic<String, Parcel> deadLetters;

  @BeforeEach
  void start() {
    inference = ParcelTopology.inference(InferenceConfig.of(Path.of("models"), "colours"));
    driver =
        new TopologyTestDriver(
            ParcelTopology.of(inference), ParcelApp.properties("nowhere.invalid:9092"));
    parcels =
        driver.createInputTopic(
            "parcels", new StringSerializer(), ProtobufSerde.of(Parcel.parser()).serializer());
    sorted =
        driver.createOutputTopic(
            "sorted-parcels",
            new StringDeserializer(),
            ProtobufSerde.of(SortedParcel.parser()).deserializer());
    deadLetters =
        driver.createOutputTopic(
            "parcels.dead-letters",
            new StringDeserializer(),
            ProtobufSerde.of(Parcel.parser()).deserializer());
  }

  @AfterEach
  void close() {
    driver.close();
    inference.close();
  }

  @Test
  void parcel_isSortedByItsColour_andKeepsItsFields() {
    parcels.pipeInput("a", Photos.parcel(Color.RED));
    parcels.pipeInput("b", Photos.parcel(Color.BLUE));

    SortedParcel first = sorted.readValue();
    assertEquals("red", first.getColour());
    assertEquals("Ghent", first.getDepot());
    assertEquals(750, first.getGrams());
    assertEquals(1, first.getModelVersion());
    assertEquals("blue", sorted.readValue().getColour());
  }

  @Test
  void parcelWithoutAPhoto_isDeadLetteredWhole() {
    Parcel broken = Photos.parcel(Color.RED).toBuilder().setPhoto(ByteString.EMPTY).build();

    parcels.pipeInput("c", broken);

    TestRecord<String, Parcel> deadLetter = deadLetters.readRecord();
    assertEquals("c", deadLetter.key());
    assertEquals(broken, deadLetter.value());
    assertTrue(sorted.isEmpty());
  }
}
