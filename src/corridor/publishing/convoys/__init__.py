"""What goes with the convoys: sheets for their leads, and the notification of a movement."""
