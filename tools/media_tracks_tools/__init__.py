"""What can be asked of video tracks, and what that needs: tools, models, errors, ports."""
