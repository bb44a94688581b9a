/** Random changes to training images. The random generator alone determines the changes. */
package dev.millrace.trainer.augment;
