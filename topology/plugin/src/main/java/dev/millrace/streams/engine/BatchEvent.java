package dev.millrace.streams.engine;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** An event of the JDK Flight Recorder for one run of a batch on a device. */
@Name("dev.millrace.Batch")
@Label("Batch")
@Category("Millrace")
@Description("A batch of images that ran on a device")
@StackTrace(false)
final class BatchEvent extends Event {

  @Label("Model")
  String model;

  @Label("Version")
  int version;

  @Label("Device")
  String device;

  @Label("Images")
  int images;

  @Label("Queue Time")
  @Description("Time from the submission of the batch's oldest image to the run")
  @Timespan(Timespan.NANOSECONDS)
  long queued;

  @Label("Answered")
  @Description("Whether the device answered")
  boolean answered;
}
