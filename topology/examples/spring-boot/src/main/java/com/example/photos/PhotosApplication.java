package com.example.photos;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.kafka.annotation.EnableKafkaStreams;

/** Labels the photographs of a topic. */
@SpringBootApplication
@EnableKafkaStreams
public class PhotosApplication {

  /**
   * Starts the application.
   *
   * @param args Spring's arguments
   */
  public static void main(String[] args) {
    SpringApplication.run(PhotosApplication.class, args);
  }
}
